from council.audit.context import RequestContext, current, request_context


def test_outside_a_request_the_context_is_empty_and_its_id_fresh():
    first, second = current(), current()
    assert (first.address, first.agent) == ("", "")
    assert first.id != second.id


def test_inside_a_request_everything_shares_one_id():
    with request_context(address="192.0.2.17") as context:
        assert current() is context
        assert current().address == "192.0.2.17"
    assert isinstance(current(), RequestContext)
    assert current().address == ""


def test_an_inner_context_gives_way_to_the_outer_one_again():
    with request_context(agent="outer"):
        with request_context(agent="inner"):
            assert current().agent == "inner"
        assert current().agent == "outer"
