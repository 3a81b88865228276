"""The BIconnector module: the methods of connectors, sources and tables."""
