"""What is looked up in a complete snapshot: names, tags, prefixes, findings, and counts by account."""
