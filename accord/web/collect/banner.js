/* Accord's consent banner, loaded by t.js where the page says data-banner. Accepting and refusing
   stand side by side and take one click each; nothing is ticked before. Of the device only the
   answer is kept, so that nobody is asked again at every page. See docs/tracking.md. */
(function (window, document, navigator) {
  "use strict";
  var accord = window.accord;
  if (!accord || accord.banner) return;
  var WORDS = new URL("banner.json", document.currentScript.src).href;
  var KEPT = "accord.consent";
  var AGAIN = 183 * 24 * 3600 * 1000; // a refusal is not asked again for half a year
  var HONORED = { en: "Opt-out request honored", de: "Der Widerspruch Ihres Browsers wird beachtet." };
  var gpc = navigator.globalPrivacyControl === true;
  var shown = null;
  var opener = null;
  var said = null;

  var STYLE =
    ":host{all:initial}section{position:fixed;inset:auto 0 0 0;z-index:2147483000;margin:0 auto;max-width:44rem;box-sizing:border-box;" +
    "max-height:90vh;overflow:auto;padding:20px;background:#fff;color:#1c1f26;border:1px solid #c9ccd3;border-bottom:0;border-radius:12px 12px 0 0;" +
    "box-shadow:0 -8px 32px rgb(0 0 0/.18);font:15px/1.5 system-ui,sans-serif}h2{margin:0 0 6px;font-size:18px;line-height:1.3}p{margin:0 0 12px}" +
    "h2:focus{outline:0}label{display:flex;gap:10px;margin:0 0 10px;cursor:pointer}input{width:20px;height:20px;margin:1px 0 0;flex:none}b{display:block}" +
    "div{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:10px}.two{grid-template-columns:repeat(2,minmax(0,1fr))}button{min-height:44px;padding:8px 14px;font:inherit;font-weight:600;color:#1c1f26;" +
    "background:#fff;border:2px solid #1c1f26;border-radius:8px;cursor:pointer}button:hover{background:#eceef1}" +
    ":focus-visible{outline:3px solid #1f5fd0;outline-offset:2px}.gpc{font-weight:600}" +
    "@media(max-width:30rem){div,.two{grid-template-columns:1fr}}@media(prefers-color-scheme:dark){section{color-scheme:dark;background:#1d1f24;color:#f0f1f3;border-color:#4a4e57}button{background:#1d1f24;color:#f0f1f3;border-color:#f0f1f3}button:hover{background:#33363d}:focus-visible{outline-color:#8fb6ff}}" +
    "@media print{section{display:none}}";

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(KEPT));
    } catch {
      return null;
    }
  }

  function keep(answer) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(answer));
    } catch {
      /* storage is shut off: the answer counts until the page is left */
    }
  }

  function apply(agreed) {
    accord.consent(agreed.indexOf("visits") >= 0);
    document.dispatchEvent(new CustomEvent("accord:consent", { detail: { agreed: agreed } }));
  }

  /* An answer holds while the words are those that were answered; a refusal for half a year. */
  function holds(answer, text) {
    if (!answer || !Array.isArray(answer.agreed)) return false;
    return answer.agreed.length ? answer.digest === text.digest : Date.now() - answer.at < AGAIN;
  }

  /* Whether they agreed to anything knowing that their browser objects. */
  function byOwnHand(answer) {
    return Boolean(answer && answer.gpc && answer.agreed && answer.agreed.length);
  }

  function answer(agreed) {
    apply(agreed);
    keep({ agreed: agreed, digest: said.digest, at: Date.now(), gpc: gpc });
    accord.answer({ text: said.id, digest: said.digest, agreed: agreed });
    close();
  }

  function close() {
    if (!shown) return;
    shown.remove();
    shown = null;
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }

  function make(name, parent, text) {
    var element = document.createElement(name);
    if (text) element.textContent = text;
    parent.append(element);
    return element;
  }

  function button(parent, text, act) {
    var made = make("button", parent, text);
    made.type = "button";
    made.addEventListener("click", act);
  }

  function open(byHand) {
    if (shown || !said) return;
    var words = said.words;
    var now = kept();
    shown = document.createElement("accord-consent");
    var root = shown.attachShadow({ mode: "open" });
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    var box = make("section", root);
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-labelledby", "title");
    box.setAttribute("aria-describedby", "body");
    box.lang = said.language;
    var title = make("h2", box, words.title);
    title.id = "title";
    title.tabIndex = -1;
    make("p", box, words.body).id = "body";
    if (gpc && !byOwnHand(now)) make("p", box, HONORED[said.language] || HONORED.en).className = "gpc";
    var asked = ["visits", "marketing"].filter(function (name) {
      return words[name];
    });
    var boxes = {};
    asked.forEach(function (name) {
      // Of one purpose there is nothing to choose beside yes and no.
      var part = make(asked.length > 1 ? "label" : "p", box);
      if (asked.length > 1) {
        boxes[name] = make("input", part);
        boxes[name].type = "checkbox";
        boxes[name].checked = Boolean(byHand && now && now.agreed && now.agreed.indexOf(name) >= 0);
      }
      var text = make("span", part);
      make("b", text, words[name]);
      text.append(words[name + "_text"]);
    });
    var row = make("div", box);
    if (asked.length < 2) row.className = "two";
    button(row, words.reject, function () {
      answer([]);
    });
    if (asked.length > 1)
      button(row, words.save, function () {
        answer(asked.filter(function (name) {
          return boxes[name].checked;
        }));
      });
    button(row, words.accept, function () {
      answer(asked);
    });
    box.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && byHand) close();
    });
    document.body.prepend(shown); // first for the keyboard and the screen reader
    if (byHand) title.focus();
  }

  function choose(texts) {
    var wanted = [document.documentElement.lang, navigator.language, "en", Object.keys(texts)[0]];
    wanted = wanted.map(function (each) {
      return String(each || "").slice(0, 2).toLowerCase();
    });
    var language = wanted.find(function (each) {
      return texts[each];
    });
    return language ? Object.assign({ language: language }, texts[language]) : null;
  }

  function begin(texts) {
    said = choose(texts);
    if (!said) return;
    var before = kept();
    // The browser's own objection is newer than an answer that did not know of it.
    if (gpc && before && !before.gpc) apply([]);
    else if (holds(before, said)) apply(before.agreed);
    else if (!gpc) open(false);
  }

  accord.banner = {
    open: function () {
      opener = document.activeElement;
      open(true);
    },
  };
  document.addEventListener("click", function (event) {
    var link = event.target instanceof Element && event.target.closest("[data-accord-consent]");
    if (!link) return;
    event.preventDefault();
    opener = link;
    open(true);
  });
  fetch(WORDS, { credentials: "omit", referrerPolicy: "no-referrer" })
    .then(function (answered) {
      return answered.json();
    })
    .then(begin, function () {
      /* the words cannot be had: nobody is asked, nobody is recognised */
    });
})(window, document, navigator);
