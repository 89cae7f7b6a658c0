#!/usr/bin/python3
"""test_browser: the page in a real browser over a recorded database: it shows
what is there, complains about nothing, is usable from the keyboard, keeps
foreign text as text, and does not move under the reader.  Prints TAP.
"""

import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import harness  # noqa: E402

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    print("1..0 # skip python3-selenium is not installed")
    sys.exit(0)

DRIVER, CHROMIUM = shutil.which("chromedriver"), shutil.which("chromium")
OPTIONS = ("--headless --no-sandbox --disable-gpu --disable-quic "
           "--no-first-run --disable-background-networking "
           "--disable-component-update --disable-sync "
           "--disable-dev-shm-usage --window-size=1400,900").split()
SHOTS = os.environ.get("SHOTS")     # a folder: pictures for people

T = None


class Page:
    def __init__(self, server, script=True):
        self.home = tempfile.mkdtemp(prefix="otus-chromium-")
        options = Options()
        options.binary_location = CHROMIUM
        for o in OPTIONS + ["--user-data-dir=" + self.home]:
            options.add_argument(o)
        if not script:
            options.add_experimental_option("prefs", {
                "profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.server = server
        self.d = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.d.set_page_load_timeout(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.d.quit()
        shutil.rmtree(self.home, ignore_errors=True)

    def go(self, where):
        self.d.get("about:blank")
        self.d.get(self.server.url + where)

    def all(self, css):
        return self.d.find_elements(By.CSS_SELECTOR, css)

    def texts(self, css):
        return [e.text for e in self.all(css)]

    def js(self, code, *args):
        return self.d.execute_script(code, *args)

    def until(self, what, seconds=8):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                got = what()
            except WebDriverException:
                got = None
            if got:
                return got
            time.sleep(0.1)
        return None

    def rows(self, n, seconds=8):
        return self.until(lambda: len(self.all("tr.row")) == n, seconds)

    def size(self, width, height, dark=False):
        self.d.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": False})
        self.d.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}]})

    def keys(self, *keys):
        ActionChains(self.d).send_keys(*keys).perform()

    def focus(self):
        return self.js("return document.activeElement.className + ' ' + "
                       "document.activeElement.tagName")

    def shot(self, name):
        if SHOTS:
            self.d.save_screenshot(os.path.join(SHOTS, name + ".png"))


def shows(p):
    p.go("/")
    T.ok(p.rows(5), "alerts are there", p.texts("tr.row"))
    T.ok(p.d.title == "Alerts · otus", "the page is named", p.d.title)
    figures = p.texts(".figure-box")
    T.ok(any("123" in f and "456" in f for f in figures) and
         any("Dropped" in f and "7" in f for f in figures),
         "so are the figures", figures)
    T.ok("Idle" in p.texts(".chip") and
         p.until(lambda: "live" in p.texts(".live")),
         "the state of the sensor and of the connection")
    notes = " ".join(p.texts(".notes .note"))
    T.ok("eth1 is not silent" in notes and "7 packets" in notes and
         "sensor eth1 was ended by a frame" in notes,
         "what is wrong is said above", notes)
    p.all("summary")[0].click()
    text = p.until(lambda: "capture.frames" in p.texts(".inside")[0] and
                   p.texts(".inside")[0])
    T.ok(text and "seccomp web" in text and "killed by SIGSEGV" in text and
         "02000a01000b" in text, "processes, frames kept and counters", text)
    p.shot("processes")
    p.all("summary")[0].click()
    p.all(".unfold")[1].click()
    text = p.until(lambda: p.texts(".detail")[0])
    T.ok(text and all(w in text for w in (
        "For security", "For the plant", "What to check", "Rule")),
         "an alert unfolds", text)
    p.shot("alerts")
    stamp = p.all("tr.row time")[0]
    T.ok("UTC" in stamp.get_attribute("title") and
         "stream time" in stamp.get_attribute("title"),
         "times say what they are", stamp.get_attribute("title"))
    p.go("/#assets")
    T.ok(p.rows(9), "assets are there", p.texts("tr.row"))
    T.ok(len(p.all("tr.child")) == 2, "children stand below their parent",
         p.texts("tr.row"))
    row = [r for r in p.all("tr.row") if "PLC intake" in r.text][0]
    row.find_element(By.CSS_SELECTOR, ".unfold").click()
    text = p.until(lambda: "Evidence" in p.texts(".detail")[0] and
                   p.texts(".detail")[0])
    T.ok(text and "Schneider Electric" in text and "also said" in text and
         "Modbus, tcp 502" in text,
         "an asset unfolds to its evidence, rivals, links", text)
    p.shot("assets")
    p.go("/#links")
    T.ok(p.rows(6), "links are there", p.texts("tr.row"))
    p.all(".unfold")[0].click()
    T.ok(p.until(lambda: "Operations" in p.texts(".detail")[0]),
         "a link unfolds")
    p.shot("links")
    p.go("/#ghosts")
    T.ok(p.rows(2), "ghosts are there", p.texts("tr.row"))
    p.all(".unfold")[0].click()
    text = p.until(lambda: p.texts(".detail")[0])
    T.ok(text and "How it is known" in text and
         "10.1.0.31" in p.texts("tr.row")[0],
         "a ghost says how it is known and who asks", text)
    p.shot("ghosts")
    p.go("/#coverage")
    text = p.until(lambda: p.texts(".ports")[0])
    T.ok(text and all(w in text for w in (
        "eth1 100 of 100", "VLAN 20: 3 of 4 conversations",
        "Change", "mirror both directions", "What cannot be known")),
         "coverage says what is seen and what to change", text)
    p.shot("coverage")


def text_stays_text(p):
    p.go("/#assets")
    p.rows(9)
    name = [t for t in p.texts("tr.row .title") if "<img" in t]
    T.ok(len(name) == 1 and "onerror=\"document.title='owned'\"" in name[0]
         and p.d.title == "Assets · otus" and not p.all("main img"),
         "markup in a name is shown, not done", name)
    p.go("/#assets?q=%3Cscript%3Ealert(1)%3C/script%3E")
    T.ok(p.until(lambda: p.all("tr.row") or p.all(".empty .lead")) and
         not p.all("main script"), "nor markup in a filter")
    p.go("/#assets?asset=%3Cimg%20src%3Dx%3E&name=%3Cb%3Ex")
    time.sleep(0.5)
    T.ok(not p.all("main img, main b") , "nor in the address")


def filters(p):
    p.go("/#assets")
    p.rows(9)
    box = p.all("input[type=search]")[0]
    box.send_keys("10.9.9.77")
    T.ok(p.rows(1) and "q=10.9.9.77" in p.d.current_url,
         "the filter finds, and stands in the address", p.texts("tr.row"))
    box.clear()
    box.send_keys("nothing like this")
    T.ok(p.until(lambda: p.texts(".empty .lead") == ["Nothing matches."]),
         "nothing found is said")
    p.all(".empty button")[0].click()
    T.ok(p.rows(9), "and can be undone there")
    p.go("/#alerts?severity=high")
    p.rows(2)
    T.ok(all("high" in t for t in p.texts("tr.row .sev")) and
         p.all("select")[0].get_attribute("value") == "high",
         "an address restores its filter", p.texts("tr.row"))
    p.go("/#assets")
    p.rows(9)
    first = [b for b in p.all(".sort") if "First" in b.text][0]
    first.click()
    stamps = [e.get_attribute("datetime") for e in
              p.all("tr.row:not(.child) td:nth-child(6) time")]
    T.ok(stamps == sorted(stamps, reverse=True) and len(stamps) == 7 and
         p.all("th[aria-sort=descending]")[0].text.startswith("First"),
         "columns sort", stamps)


def keyboard(p):
    p.go("/")
    p.rows(5)
    p.js("document.activeElement.blur()")
    p.keys(Keys.TAB)
    T.ok("skip" in p.focus(), "the first stop skips to the table", p.focus())
    seen = []
    for _ in range(40):
        p.keys(Keys.TAB)
        seen.append(p.focus())
        if "BODY" in seen[-1]:
            break
    words = " ".join(seen)
    T.ok(all(w in words for w in ("tab A", "SUMMARY", "SELECT", "INPUT",
                                  "sort BUTTON", "unfold BUTTON")),
         "Tab reaches tabs, figures, filters, columns and rows", seen)
    p.js("document.querySelector('.unfold').focus()")
    p.keys(Keys.ARROW_DOWN)
    second = p.js("return [...document.querySelectorAll('.unfold')]"
                  ".indexOf(document.activeElement)")
    p.keys(Keys.ENTER)
    T.ok(second == 1 and p.until(lambda: p.all(".detail")) and
         p.all(".unfold")[1].get_attribute("aria-expanded") == "true",
         "arrows move, Enter unfolds", second)
    p.keys(Keys.ESCAPE)
    T.ok(not p.all(".detail") and "unfold" in p.focus(), "Escape folds")
    p.js("document.activeElement.blur()")
    p.keys("/")
    T.ok("INPUT" in p.focus(), "a slash goes to the filter", p.focus())
    unnamed = p.js("""
        return [...document.querySelectorAll('button, a, input, select')]
            .filter(e => e.offsetParent !== null)
            .filter(e => !(e.getAttribute('aria-label') || e.title ||
                e.textContent.trim() || (e.labels && e.labels.length)))
            .map(e => e.outerHTML)""")
    T.ok(not unnamed, "every control has a name", unnamed)
    roles = p.js("""
        const t = document.querySelector('table');
        return [t.getAttribute('role'), t.getAttribute('aria-label'),
            [...t.querySelectorAll('th')].every(x => x.scope === 'col'),
            document.querySelectorAll('main, nav, header').length,
            document.documentElement.lang]""")
    T.ok(roles == ["table", "Alerts", True, 3, "en"],
         "landmarks, language and table roles are there", roles)


def lives(p):
    server = p.server
    p.go("/")
    p.rows(5)
    p.until(lambda: "live" in p.texts(".live"))
    p.js("document.activeElement.blur()")
    server.fixture("alert", 21)
    T.ok(p.rows(8, 6), "new alerts come in by themselves",
         p.texts("tr.row .title"))
    p.all("tr.row")[3].find_element(By.CSS_SELECTOR, ".unfold").click()
    p.until(lambda: p.all(".detail"))
    before = p.texts("tr.row .title")
    top = p.js("return document.querySelector('.detail')"
               ".getBoundingClientRect().top")
    server.fixture("alert", 22)
    pill = p.until(lambda: [t for t in p.texts(".pill") if t], 6)
    T.ok(pill == ["3 new alerts"], "while somebody reads, a pill says so",
         pill)
    p.shot("pill")
    T.ok(p.texts("tr.row .title") == before and top == p.js(
        "return document.querySelector('.detail')"
        ".getBoundingClientRect().top"), "and nothing moves")
    p.all(".pill")[0].click()
    T.ok(p.rows(11) and len(p.all(".detail")) == 1,
         "until they are let in; what was unfolded stays so")
    said = p.js("return document.getElementById('said').textContent")
    T.ok("3 new alerts" in said, "a screen reader is told", said)
    figures = p.until(lambda: [t for t in p.texts(".tab")
                               if "Alerts" in t and "11" in t])
    T.ok(figures, "the tabs count along", p.texts(".tab"))


def sizes(p):
    wide = []
    for width, height in ((360, 740), (768, 1024), (1400, 900), (3840, 2160)):
        for dark in (False, True):
            p.size(width, height, dark)
            for page in ("alerts", "assets", "links", "ghosts", "coverage"):
                p.go("/#" + page)
                p.until(lambda: p.all("tr.row, .port"))
                for row in p.all(".unfold")[:1]:
                    row.click()
                    p.until(lambda: p.all(".detail > *"))
                over = p.js("return document.documentElement.scrollWidth - "
                            "innerWidth")
                if over > 0:
                    wide.append((width, page, over))
                p.shot("%s-%d-%s" % (page, width,
                                     "dark" if dark else "light"))
    T.ok(not wide, "nothing is wider than the screen, from 360 px to 4K",
         wide)
    p.size(1400, 900)


# WCAG 2.1, 1.4.3: contrast of text.
CONTRAST = """
function rgb(c) {
    const m = c.match(/[\\d.]+/g).map(Number);
    return m.length > 3 && m[3] === 0 ? null : m;
}
function light(c) {
    const [r, g, b] = c.slice(0, 3).map(v => {
        v /= 255;
        return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const bad = [];
for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 &&
        n.textContent.trim());
    if (!own || !e.offsetParent || e.closest('option, .unseen')) continue;
    let under = e, back = null;
    while (under && !back) {
        back = rgb(getComputedStyle(under).backgroundColor);
        under = under.parentElement;
    }
    const a = light(rgb(getComputedStyle(e).color));
    const b = light(back || [255, 255, 255]);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(e.className + ' ' + e.tagName + ' ' +
        e.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
}
return [...new Set(bad)];
"""


def contrast(p):
    bad = []
    for dark in (False, True):
        p.size(1400, 900, dark)
        for page in ("alerts", "assets", "links"):
            p.go("/#" + page)
            p.until(lambda: p.all("tr.row"))
            p.all(".unfold")[0].click()
            p.until(lambda: p.all(".detail > *"))
            time.sleep(3.2)     # new rows have faded
            bad += [(dark, page, b) for b in p.js(CONTRAST)]
    T.ok(not bad, "text has a contrast of 4.5 to 1, light and dark", bad)
    p.size(1400, 900)


def quiet(p):
    errors = [e["message"] for e in p.d.get_log("browser")
              if e["level"] in ("SEVERE", "WARNING")]
    return errors


def without_script(server):
    with Page(server, script=False) as p:
        p.go("/")
        text = p.d.find_element(By.TAG_NAME, "main").text
        T.ok("needs JavaScript" in text and "/api/alerts" in
             p.d.page_source, "without JavaScript the page says what to do",
             text)
        p.d.find_element(By.LINK_TEXT, "the same tables as plain pages")\
            .click()
        p.until(lambda: "plain" in p.d.current_url)
        T.ok("New device 10.9.9.77" in p.d.page_source and
             p.d.title == "Alerts · otus", "and leads to plain tables")
        p.shot("plain-alerts")
        p.d.find_element(By.LINK_TEXT, "Assets").click()
        T.ok(p.until(lambda: "PLC intake" in p.d.page_source) and
             p.d.title == "Assets · otus" and not p.all("main img"),
             "which lead on to the others")
        p.shot("plain-assets")
        T.ok(not quiet(p), "and complain about nothing", quiet(p))


def empty():
    with harness.Server("big", 0) as s, Page(s) as p:
        lead = []
        for page in ("alerts", "assets", "links"):
            p.go("/#" + page)
            lead += p.until(lambda: [t for t in p.texts(".empty .lead")
                                     if t]) or ["nothing"]
            p.shot("empty-" + page)
        T.ok(lead == ["No alerts.", "Nothing heard yet.",
                      "No conversations yet."],
             "an empty database says what to do", lead)
        T.ok(not quiet(p), "without complaints", quiet(p))


def many():
    with harness.Server("big", 1300) as s, Page(s) as p:
        p.go("/#assets")
        p.rows(200, 15)
        more = [b for b in p.all(".more") if b.is_displayed()]
        T.ok(len(p.all("tr.row")) == 200 and len(more) == 1,
             "a long list begins with 200 rows", len(p.all("tr.row")))
        p.js("scrollTo(0, document.body.scrollHeight)")
        for n in (400, 600, 800):
            more[0].click()
            p.rows(n, 15)
        T.ok(len(p.all("tr.row")) == 800, "and goes on where asked to",
             len(p.all("tr.row")))
        p.go("/#links")
        p.until(lambda: p.all("tr.row"), 15)
        box = p.all("input[type=search]")[0]
        box.send_keys("10.100.5.19")
        T.ok(p.rows(1, 10), "the filter finds what was not loaded",
             len(p.all("tr.row")))


def lost(p):
    p.go("/")
    p.until(lambda: "live" in p.texts(".live"))
    p.server.proc.terminate()
    p.server.proc.wait(10)
    T.ok(p.until(lambda: "connection lost" in p.texts(".live")[0], 10),
         "a lost connection is said", p.texts(".live"))


def main():
    global T
    if not DRIVER or not CHROMIUM:
        print("1..0 # skip chromium and chromium-driver are not installed")
        return 0
    T = harness.Tap(50)
    with harness.Server("new") as server:
        with Page(server) as p:
            shows(p)
            text_stays_text(p)
            filters(p)
            keyboard(p)
            sizes(p)
            contrast(p)
            lives(p)
            errors = quiet(p)
            T.ok(not errors, "the console is silent throughout: no error, "
                 "no violation of the policy", "\n".join(errors))
        without_script(server)
        with Page(server) as p:
            lost(p)
    empty()
    many()
    return T.end()


if __name__ == "__main__":
    sys.exit(main())
