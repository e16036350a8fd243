"""What an exemplar has a right to, under the agency's own power."""
