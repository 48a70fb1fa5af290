"""One question per file: a reader goes in, a bounded answer comes out."""
