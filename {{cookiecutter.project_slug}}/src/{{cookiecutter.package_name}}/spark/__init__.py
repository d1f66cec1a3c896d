"""Start Spark: its session, the Java that it runs on, and the archive of its classes."""
