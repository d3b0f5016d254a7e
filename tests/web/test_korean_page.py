"""The page in Korean: what a reader sees in Latin letters is a name or a formula."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

# Numbers, code and the names of activations, losses and optimizers in lists are the same in every language.
_TEXTS = """() => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const { parentElement: element, textContent: text } = walk.currentNode;
        const isSame = element.closest("[data-cell], code, pre, option, script, noscript, .formula, .made, .equation");
        if (!isSame && element.checkVisibility()) found.add(text.trim());
    }
    return [...found];
}"""
_NAMES = {
    *(
        "Esc",
        "multilayer",
        "studio",
        "NumPy",
        "JSON",
        "CSV",
        "safetensors",
        "json",
        "py",
        "network",
        "initialize",
        "diagnose",
    ),
    *(
        "sigmoid",
        "tanh",
        "relu",
        "ReLU",
        "softmax",
        "identity",
        "step",
        "logistic",
        "expit",
        "binary_cross_entropy",
    ),
    *(
        "adam",
        "beta1",
        "beta2",
        "epsilon",
        "AND",
        "OR",
        "NAND",
        "XOR",
        "xor",
        "and",
        "float32",
        "ulp",
        "exp",
        "log",
    ),
    *(
        "Xavier",
        "Glorot",
        "He",
        "Verhulst",
        "PyTorch",
        "JAX",
        "scipy",
        "special",
        "dW",
        "db",
        "da",
        "dz",
        "dx",
        "log₁₀",
    ),
}
_STATES = {
    "open": None,
    "see": "td button",
    "check": None,
    "back": ".walk button.main",
    "learn": "details.recipe details summary",
    "planes": None,
    "activations": "details summary",
    "lessons": ".lessons button",
    "keep": None,
}


@pytest.mark.parametrize("view", _STATES)
def test_what_is_in_latin_letters_is_a_name(show, view):
    page = show("xor", locale="ko").view(view).page
    page.wait_for_timeout(500)
    if press := _STATES[view]:
        page.locator(f"main {press}").first.click()
        page.wait_for_timeout(500)
    words = {
        word: text for text in page.evaluate(_TEXTS) for word in re.findall(r"[A-Za-z_]*[A-Za-z]{2}\w*", text)
    }
    assert {word: text for word, text in words.items() if re.split("[가-힣]", word)[0] not in _NAMES} == {}
    assert any(re.search("[가-힣]", text) for text in page.evaluate(_TEXTS))
