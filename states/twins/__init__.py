"""People, and those whom cases are about, who stand twice and turn out to be one."""
