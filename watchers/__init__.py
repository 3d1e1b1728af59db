"""When we look: observing, sweeping, settling, describing in a worker, one daemon at a time."""
