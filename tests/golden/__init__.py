"""One small installation of every release, with a case at every state; later releases must bring each to its end."""
