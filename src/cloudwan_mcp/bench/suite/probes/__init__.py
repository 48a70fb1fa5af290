"""What the fresh processes of the benchmarks do: one file for each pair of sides that is compared."""
