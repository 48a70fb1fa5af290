"""States that need somebody's attention."""

TROUBLED = ("PENDING", "FAILED", "REJECTED")
"""How the states of attachments begin that wait for a decision, or failed; the others work or go away."""
