"""The benchmarks: what the product promises, measured against a baseline in the same run."""
