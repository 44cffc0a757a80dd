"""The steps that a request goes through, one file each, in the order of `gateway.STEPS`."""
