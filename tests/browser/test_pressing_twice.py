"""An impatient press on a button that is on its way already."""

from tests.browser.council import Council

TWICE = "button => { button.click(); setTimeout(() => button.click(), 100); }"


def test_a_button_that_is_pressed_twice_sends_its_form_once(council: Council) -> None:
    with council.page("reader_two") as page:
        sent = []
        # Never answered: the form stays on its way.
        page.route("**/bulletins/searches/", lambda route: sent.append(route.request.method))
        page.goto("/bulletins/?kind=flash")
        page.eval_on_selector("#s_name", "field => { field.value = '速報'; }")
        page.eval_on_selector("form:has(#s_name) button[type=submit]", TWICE)
        page.wait_for_timeout(500)
        assert sent == ["POST"]
