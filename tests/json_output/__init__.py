"""Tests of viewsync/json_output."""
