"""Start Spark: the session, the Java below it, and the archive of its classes."""
