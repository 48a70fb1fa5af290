"""A network as a document: pages of a store go in, text of one format comes out, a chunk at a time."""
