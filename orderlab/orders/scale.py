"""One honest scale: what the sample week is a sample of, and every rate that follows from it.

The sample holds one in a thousand of the shop's orders. Nothing else is assumed: the busiest hour
is counted in the sample, and the promotion is ten times it, as the customer says.
"""

from __future__ import annotations

ONE_IN = 1_000
SAMPLE_ORDERS = 3_168
BUSIEST_HOUR_IN_SAMPLE = 64
PROMOTION_TIMES = 10

# Orders a second. Busiest hour: 64 x 1,000 in 3,600 s.
BUSIEST_PER_SECOND = BUSIEST_HOUR_IN_SAMPLE * ONE_IN / 3600
PROMOTION_PER_SECOND = BUSIEST_PER_SECOND * PROMOTION_TIMES
