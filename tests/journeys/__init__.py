"""One file per fate of a nominee, over HTTP, with a real worker and a moved clock; a package, so that what runs ends."""
