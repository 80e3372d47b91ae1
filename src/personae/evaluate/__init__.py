"""Ask, run, reduce, record: measured runs over data sets."""
