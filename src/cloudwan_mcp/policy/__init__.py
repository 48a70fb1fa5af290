"""Core network policy documents: what one says, what follows from it, and what a change of it would do."""
