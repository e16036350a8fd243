"""Khiếu nại, tố cáo: recorded by who keeps them, a hold until a written conclusion, the complainant known to few."""
