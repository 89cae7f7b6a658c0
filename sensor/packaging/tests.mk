SCRIPTS += sensor/packaging/test_packaging
