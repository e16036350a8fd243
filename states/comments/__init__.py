"""Lấy ý kiến rộng rãi: what is put up for comment, what people say of it, and what of that may be read by whom."""
