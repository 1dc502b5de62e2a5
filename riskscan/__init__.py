"""riskscan: find every device in a medical practice, and score HIPAA risk from evidence."""

__version__ = "0.1.0"
