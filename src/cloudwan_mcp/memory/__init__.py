"""How much memory there is, who may take it next, and what happens when it runs short."""
