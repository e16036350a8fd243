"""People and collectives that may be exemplars; their recognitions and awards outlive every case."""
