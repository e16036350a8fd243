"""Who may be recognised, and with which dossier: each condition by name, with its source and certainty."""
