"""One file per fate of a nominee, over HTTP with a real worker; a package, so that its installations end with it."""
