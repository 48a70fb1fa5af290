"""Making a snapshot searchable, after it has been published."""
