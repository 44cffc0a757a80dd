"""Amounts are integer US cents: no floating point ever touches them."""


def goods_cents(lines):
    """What the lines cost before any coupon."""
    return sum(line["quantity"] * line["unit_price_cents"] for line in lines)


def total_cents(order):
    """What the customer pays: the goods less the coupon, never below nothing."""
    return max(0, goods_cents(order["lines"]) - order["coupon_cents"])
