"""The sentences: settings, wiring, migrations, calendars and the plans of agencies."""
