"""Reading a whole network from a source into a checkpoint, page by page."""
