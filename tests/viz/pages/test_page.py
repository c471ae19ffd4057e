"""The page for stepping: offline, by keyboard, every number as Python has it, in light and dark, for everyone."""

import math
import re

import pytest

import viz
from autograd import Value, dot, explain, steps, tanh
from autograd.explain.number_format import show_number
from autograd.explain.steps import granularities
from autograd.recording.nodes import CONSTANT
from nn import MLP, SGD, Adam, mean_squared_error
from tests.support.web import CONTRASTS, ROWS, TARGETS, until, xor
from viz.pages.steps.steps import _rows

STATE = """() => ({
  at: document.getElementById("at").textContent,
  sentence: document.getElementById("equation").textContent,
  boxes: Object.fromEntries([...document.querySelectorAll("#graph .unit")].map((b) =>
    [b.dataset.key, [...b.querySelectorAll("text")].slice(2).map((t) => t.textContent)])),
})"""


def press(tab, keys):
    """Press keys, and return what was shown after each."""
    tab.evaluate(f"""() => {{
      const state = {STATE};
      window.log = [];
      window.logger = (event) => log.push(state());
      document.addEventListener("keydown", logger);
    }}""")
    for key in keys:
        tab.keyboard.press(key)
    return tab.evaluate("() => { document.removeEventListener('keydown', logger); return log; }")


def agree(state, replay):
    """Check everything that is drawn against a replay in Python."""
    recording = replay.recording
    assert state["at"] == str(replay.position)
    for key, shown in state["boxes"].items():
        i = int(key[1:])
        if not shown:  # a constant that is its own label
            assert recording.words.names[i] == show_number(recording.numbers[i])
            continue
        assert shown[0] == "► " + show_number(replay.values[i])
        if recording.nodes[i].op is not CONSTANT:
            assert shown[1] == "◄ " + show_number(replay.adjoints[i])
    if replay.position:
        assert recording.sentence(replay.position - 1).split("; ")[0] == state["sentence"]


def recorded(model, loss, rate):
    recording = steps.record(loss, from_zero=True)
    after = {p: p.data - rate * recording.gradient(p) for p in model.parameters()}
    return recording.then_update(after, learning_rate=rate)


def test_all_of_xors_first_step_by_keyboard_forwards_and_back_with_pythons_numbers(show):
    model, loss = xor()
    recording = recorded(model, loss, 0.5)
    nodes = recording.nodes_as_json()
    tab = show(viz.steps(loss, optimizer=SGD(model.parameters(), learning_rate=0.5)), "sample=0")
    tab.select_option("#view", "graph")
    tab.focus("#unfold")
    tab.keyboard.press("Enter")
    drawn = set(tab.evaluate(STATE)["boxes"])
    assert {f"n{i}" for i, node in enumerate(nodes) if node["kind"] != "constant"} <= drawn
    replay = recording.replay()
    agree(tab.evaluate(STATE), replay)
    for state in press(tab, ["ArrowRight"] * len(recording)):
        assert replay.forward()
        agree(state, replay)
    assert replay.position == len(recording)
    for state in press(tab, ["ArrowLeft"] * len(recording)):
        assert replay.back()
        agree(state, replay)
    assert replay.position == 0
    assert all(p.grad == 0.0 and not p.has_grad for p in model.parameters())


def test_granularities_examples_jumps_and_address(show):
    _, loss = xor()
    page = viz.steps(loss, learning_rate=0.5)
    tab = show(page, "step=27&sample=2")
    assert tab.evaluate(STATE)["at"] == "27"
    assert "sample=2" in tab.evaluate("location.hash")
    tab.select_option("#sample", "0")
    for granularity in ("neuron", "layer", "phase"):
        tab.select_option("#granularity", granularity)
        tab.focus("#rail")
        level = granularities().index(granularity)
        stops = [i for i, ends in enumerate(page.data["ends"], 1) if int(ends) >= level]
        seen = press(tab, ["Home", *["ArrowRight"] * len(stops), "ArrowLeft", "End"])
        assert [int(state["at"]) for state in seen] == [0, *stops, stops[-2], stops[-1] + 1]  # beyond it is the end
        until(tab, f"location.hash === '#step={stops[-1] + 1}&one={granularity}&sample=0'")  # written when one rests
    tab.evaluate("location.hash = 'step=3'")
    until(tab, "document.getElementById('at').textContent === '3'")
    tab.select_option("#sample", "1")
    tab.select_option("#view", "graph")
    boxes = tab.evaluate(STATE)["boxes"]
    assert boxes
    assert all(page.data["nodes"][int(key[1:])][3] in (-1, 0) for key in boxes)
    tab.select_option("#view", "transcript")
    until(tab, f"document.querySelectorAll('#lines li').length === {len(page.data['events'])}")
    tab.click("#lines li >> nth=9")
    assert tab.evaluate(STATE)["at"] == "10"
    tab.click("#play")
    until(tab, "+document.getElementById('at').textContent > 11")
    tab.click("#play")


def test_predictions_are_checked_and_mistakes_diagnosed(show):
    model, loss = xor(ROWS[1:2], TARGETS[1:2])
    recording = recorded(model, loss, 0.5)
    tab = show(viz.steps(loss, learning_rate=0.5))
    tab.check("#predict")
    tab.keyboard.press("ArrowRight")
    right = recording.events[0].result
    for typed, told in [("", "Type a number"), (repr(-right), "the sign is not"), ("12345", "try again")]:
        tab.fill("#guess", typed)
        tab.keyboard.press("Enter")
        assert told in tab.text_content("#verdict")
    tab.fill("#guess", show_number(right).replace(".", ","))
    tab.keyboard.press("Enter")
    assert tab.evaluate(STATE)["at"] == "1"
    assert "Right." in tab.text_content("#plain")


def test_hostile_names_are_shown_as_text(show):
    hostile = ["</script><img src=x onerror=alert(1)>", "\"'><b>&amp;", "a\u202eb", "n" * 10_000, "<!--", "\ud800"]
    values = [Value(1.0, name) for name in hostile]
    loss = dot(values, values)
    loss.name = "<script>alert(2)</script>"
    page = viz.steps(loss, title="</title><script>alert(3)</script>")
    assert page.html.count("<script") == 2
    unseen = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]")  # what turns text around, and the like
    assert not unseen.search(page.html + viz.steps(loss, title="\u202e").html)
    assert "<img" not in page.html
    tab = show(page, "step=3")
    tab.select_option("#view", "graph")
    names = tab.evaluate("[...document.querySelectorAll('#graph .head')].map((t) => t.textContent)")
    assert any(name.startswith("</script><img") for name in names)
    assert any("\\u202e" in name for name in names)
    assert tab.locator("img").count() == 0
    assert tab.title() == "</title><script>alert(3)</script>"


def test_the_policy_lets_nothing_in_from_outside_and_no_other_script_run(show):
    tab = show(viz.steps(Value(2.0, "x") ** 2), expected="Content Security Policy")
    tab.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.smuggled = true";
      document.body.append(script);
    }""")
    assert tab.evaluate("window.smuggled") is None
    assert tab.evaluate("fetch('https://example.org/').then(() => 'in', () => 'refused')") == "refused"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_and_node_has_a_name_and_text_has_contrast(show, scheme, tmp_path):
    _, loss = xor(ROWS[1:2], TARGETS[1:2])
    tab = show(viz.steps(loss, learning_rate=0.5), "step=5", color_scheme=scheme, reduced_motion="reduce")
    tree = tab.context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
    wanted = {"button", "slider", "combobox", "checkbox", "textbox", "spinbutton", "radio", "link"}
    found = [node for node in tree if node.get("role", {}).get("value") in wanted and not node.get("ignored")]
    assert len(found) >= 19
    assert all(node["name"]["value"].strip() for node in found)
    assert tab.evaluate("getComputedStyle(document.querySelector('.bar')).transitionDuration") == "0s"
    low = tab.evaluate(CONTRASTS)
    assert not low
    assert tab.locator("#sentence[aria-live=polite]").count() == 1
    tab.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)


def test_large_graphs_open_folded_and_unfold(show):
    model = MLP(2, [16, 16, 1], seed=1)
    tab = show(viz.steps(model([0.3, 0.4]) ** 2), "step=40")
    tab.select_option("#view", "graph")
    assert len(tab.evaluate(STATE)["boxes"]) < 60
    tab.focus("#graph .unit[data-key^=g]")
    tab.keyboard.press("Enter")
    assert any(key.startswith("n") for key in tab.evaluate(STATE)["boxes"])
    tab.fill("#find", "w⁽²⁾₃,₁₂")
    tab.keyboard.press("Enter")
    assert "layers.1.neurons.2.weights.11" in tab.text_content("#about")
    nodes = [Value(0.1 * i) for i in range(5)]
    for i in range(3000):
        nodes.append(tanh(nodes[-1]) if i % 3 else nodes[-1] * nodes[-4])
    tab = show(viz.steps(nodes[-1]))
    tab.select_option("#view", "graph")
    assert 1 < len(tab.evaluate(STATE)["boxes"]) < 60


def test_pages_are_small_and_the_same_bytes_and_saved_as_html(tmp_path):
    (model, loss), (twin, same) = xor(), xor()
    page = viz.steps(loss, optimizer=Adam(model.parameters()))
    assert len(page.html.encode()) < 132_000  # 130,800: scripts stand in a page as they are written
    assert page.html == viz.steps(same, optimizer=Adam(twin.parameters())).html
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page.html)
    with pytest.raises(ValueError, match=r"saved as \.html, not \.pdf"):
        page.save(tmp_path / "steps.pdf")
    with pytest.raises(TypeError, match="takes the Value to step through"):
        viz.steps(3.0)
    assert "srcdoc" in page._repr_html_()


def test_a_notebooks_frame_is_live(browser):
    display = viz.steps(Value(2.0, "x") ** 2)._repr_html_()
    tab = browser.new_context(offline=True).new_page()
    tab.set_content(f"<p>a cell</p>{display}")
    frame = tab.frame_locator("iframe")
    frame.locator("#step").click()
    frame.locator("#step").click()
    assert frame.locator("#at").text_content() == "2"
    assert "where the backward pass begins" in frame.locator("#equation").text_content()
    tab.context.close()


def test_the_largest_paths_of_a_gradient_are_told_and_followed(show):
    model = MLP(2, [3, 2, 1], activation="tanh", seed=1)
    loss = mean_squared_error([model([0.5, -1.0])], [1.0])
    weight = model.parameters()[0]
    told = explain(loss, weight, paths=3)
    names = told.words.names
    assert told.path_count == 4
    tab = show(viz.steps(loss, learning_rate=0.5))
    tab.select_option("#view", "graph")
    tab.fill("#find", names[told.node])
    tab.keyboard.press("Enter")
    assert tab.locator(".path").count() == 0  # nothing has arrived yet
    tab.click("#last")
    assert "came by 4 paths, the largest:" in tab.text_content("#about")
    paths = tab.locator(".path").all_text_contents()
    assert len(paths) == 3
    for way, path in zip(paths, told.paths, strict=True):
        assert way.startswith(names[-1] + " → ")
        assert way.split(": ")[0].endswith(" → " + names[told.node])
        assert way.endswith("= " + show_number(path.product))
        assert f"({show_number(path.local_derivatives[0])})" in way
    tab.click("#fold")
    tab.focus(".path >> nth=1")
    linked = "document.querySelectorAll('#graph .unit.chosen').length"
    folded = tab.evaluate(linked)
    tab.keyboard.press("Enter")
    assert tab.evaluate(linked) == len(told.paths[1].nodes) > folded


def test_a_node_behind_a_cut_says_that_no_gradient_comes(show):
    x, y = Value(2.0, "x"), Value(3.0, "y")
    tab = show(viz.steps((x * 2.0).detach() * y))
    tab.focus("#around [aria-label^='x,']")
    tab.keyboard.press("Enter")
    assert "No gradient comes" not in tab.text_content("#about")
    tab.click("#last")
    assert "No gradient comes here from L: every way back is cut" in tab.text_content("#about")


def test_a_projector_shows_the_network_large_enough_to_read(show):
    tab = show(viz.steps(xor(ROWS[1:2], TARGETS[1:2])[1]))
    tab.set_viewport_size({"width": 1024, "height": 768})
    assert tab.locator("#map").evaluate("(svg) => [svg.getScreenCTM().a, svg.querySelectorAll('.value').length]") == [
        1,
        6,
    ]


def test_nan_and_inf_travel_to_the_page_and_it_tells_where_they_were_born(show):
    x = Value(0.0, "x")
    page = viz.steps(x.log() * 0.0)
    assert "NaN" not in page.html.split('id="data">')[1].split("</script>")[0]
    tab = show(page, "step=1")
    tab.select_option("#view", "graph")
    alarms = "[...document.querySelectorAll('#graph text')].map((t) => t.textContent).filter((t) => t.includes('‼'))"
    assert tab.evaluate(STATE)["boxes"]["n1"] == ["► −inf", "◄ —", "‼ inf born here"]
    assert tab.evaluate(alarms) == ["‼ inf born here"]
    tab.click("#last")
    assert tab.evaluate(STATE)["boxes"]["n0"][:2] == ["► nan", "◄ nan"]  # plain descent moved it there
    assert tab.evaluate(alarms) == ["‼ gradient nan born here", "‼ inf born here"]


def test_each_node_of_a_batch_belongs_to_its_example():
    _, loss = xor()
    recording = steps.record(loss)
    count, rows = _rows(recording.nodes_as_json())
    assert count == 4
    names = recording.words.names
    for i, name in enumerate(names):
        if found := re.fullmatch(r"[za].*\[(\d)\]", name):
            assert rows[i] == int(found[1]) - 1
        if name.startswith(("w", "b", "L")):
            assert rows[i] == -1


def test_what_cannot_be_stepped_through_is_refused_before_anything_is_recorded(monkeypatch):
    def never(*_, **__):
        raise AssertionError("it was recorded")

    x = Value(1.0, "x")
    many = x
    for _ in range(20_000):
        many = many * 1.0
    monkeypatch.setattr("autograd.steps.record", never)
    for refused, error, why in (
        (lambda: viz.steps(many), ValueError, "40,001 nodes, and nobody steps through more than 20,000"),
        (lambda: viz.steps([x * x]), TypeError, "steps takes the Value to step through, a loss for example, not list"),
        (lambda: viz.steps(x * x, optimizer=SGD), TypeError, "optimizer is one of nn's"),
        (lambda: viz.steps(x * x, learning_rate=math.nan), ValueError, "finite"),
        (lambda: viz.steps(x * x, learning_rate="0.1"), TypeError, "real number"),
        (lambda: viz.steps(x * x, parameters=["x"]), TypeError, "number 0 is str"),
    ):
        with pytest.raises(error, match=why):
            refused()
