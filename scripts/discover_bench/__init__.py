"""The parts of ``scripts/bench_discover``: networks, tools, what they cost, and how it is shown."""
