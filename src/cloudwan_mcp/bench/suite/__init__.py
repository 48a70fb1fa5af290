"""The benchmark suite: what the library for large topologies saves, each time against what it replaces."""
