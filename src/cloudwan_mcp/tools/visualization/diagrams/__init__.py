"""Front door for programs: what draws a topology."""
