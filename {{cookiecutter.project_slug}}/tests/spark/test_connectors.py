"""Spark gets the connectors that the places of a job need, and no others."""

from {{ cookiecutter.package_name }}.spark import connectors


def test_places_of_this_machine_and_of_the_catalog_need_no_connector():
    places = ["data/raw", "/x/y", "file:///x", "dbfs:/x", "dev.shop.usage", "C.csv"]
    assert connectors.needed(places) == frozenset()
    assert connectors.settings(frozenset()) == {}


def test_a_store_needs_the_connector_of_the_hadoop_inside_of_spark(monkeypatch):
    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
    monkeypatch.setattr(connectors, "SPARK", "4.1")
    needs = connectors.needed(["data/raw", "s3a://lake/raw", "hdfs:///x"])
    assert needs == {"s3a", "hdfs"}
    names = connectors.settings(needs)["spark.jars.packages"].split(",")
    assert names[0] == "org.apache.hadoop:hadoop-aws:3.4.2"
    assert connectors.settings({"hdfs"}) == {}


def test_connectors_that_the_user_names_are_left_alone(monkeypatch):
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--packages org.example:own:1 pyspark-shell")
    assert connectors.settings({"s3a"}) == {}


def test_every_connector_has_a_version_for_every_spark_of_the_template():
    for connector in connectors.CONNECTORS.values():
        assert connector.versions.keys() <= connectors.HADOOP.keys()
    assert connectors.AWS.keys() == connectors.HADOOP.keys() == {"4.0", "4.1", "4.2", "4.3"}
