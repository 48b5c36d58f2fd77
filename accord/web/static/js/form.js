/* Accord's forms: shows questions that depend on others, counts who begins, proves that a browser
   had a moment to spare, and puts a form into any page that loads it with data-form, the address
   of the form. Without it the form works all the same. See docs/forms.md. */
(function () {
  "use strict";
  var own = document.currentScript;
  var here = own && own.dataset.form;
  var CSS =
    ":host{display:block;font:16px/1.5 system-ui,sans-serif;color:inherit}*{box-sizing:border-box}" +
    ".field{margin:0 0 16px}.field[hidden]{display:none}label,legend{display:block;font-weight:500;margin:0 0 4px;padding:0}" +
    "fieldset{border:0;margin:0;padding:0}input,select,textarea{font:inherit;color:inherit;background:transparent;width:100%;padding:8px 10px;border:1px solid #767676;border-radius:6px}" +
    "select option{color:#000;background:#fff}input[type=checkbox]{width:auto;margin:5px 0 0;flex:none;accent-color:var(--accent,#3b5bdb)}" +
    ".opt,.choices label{display:flex;gap:8px;align-items:flex-start}.opt label,.choices label,.optional{font-weight:400}.optional,.hint{opacity:.75;font-size:.875em}" +
    ".hint,.error{margin:4px 0 0}.error,.notice{color:#b3261e;display:flex;gap:6px}.notice p{margin:0 0 12px}[aria-invalid=true]{border-color:#b3261e}.icon{display:none}" +
    ".intro{margin:0 0 16px}.policy a{color:inherit}.trap{position:absolute;left:-999em}h2{margin:0 0 8px;font-size:1.25em}button{font:inherit;font-weight:500;cursor:pointer;padding:9px 18px;border:0;border-radius:6px;color:var(--on-accent,#fff);background:var(--accent,#3b5bdb)}" +
    "@media(prefers-color-scheme:dark){:host(.dark) .error,:host(.dark) .notice{color:#ffb4ab}}";

  function fields(form, name) {
    return Array.from(form.querySelectorAll("[name]")).filter(function (each) {
      return each.name === name;
    });
  }

  function answers(form, name) {
    return fields(form, name)
      .filter(function (each) {
        return !each.disabled && (each.type !== "checkbox" || each.checked) && each.value.trim();
      })
      .map(function (each) {
        return each.value;
      });
  }

  /* Questions stand in order: what an earlier one hides is hidden when a later one looks. */
  function show(form) {
    form.querySelectorAll("[data-shown]").forEach(function (place) {
      var given = answers(form, place.dataset.shown);
      var is = given.indexOf(place.dataset.value) >= 0;
      var shown = { filled: given.length > 0, is: is, not: !is }[place.dataset.op];
      place.hidden = !shown;
      place.querySelectorAll("[name]").forEach(function (each) {
        each.disabled = !shown;
      });
    });
  }

  function solved(hash, bits) {
    for (var n = 0; n < bits; n += 8) {
      var left = bits - n;
      if (left >= 8 ? hash[n / 8] : hash[n / 8] >> (8 - left)) return false;
    }
    return true;
  }

  /* A number n so that SHA-256 of "ticket:n" begins with so many zero bits; "" where it cannot. */
  function prove(form) {
    var ticket = form.dataset.ticket;
    var bits = Number(form.dataset.bits);
    var text = new TextEncoder();
    if (!window.crypto || !crypto.subtle || !ticket) return Promise.resolve("");
    function some(from) {
      var tries = [];
      for (var n = from; n < from + 512; n++) tries.push(crypto.subtle.digest("SHA-256", text.encode(ticket + ":" + n)));
      return Promise.all(tries).then(function (hashes) {
        for (var n = 0; n < hashes.length; n++) if (solved(new Uint8Array(hashes[n]), bits)) return String(from + n);
        return some(from + 512);
      });
    }
    return some(0).catch(function () {
      return "";
    });
  }

  function put(form, name, value) {
    fields(form, name).forEach(function (each) {
      each.value = value;
    });
  }

  function device() {
    try {
      var asked = window.accord && window.accord.status && window.accord.status();
      return asked && asked.consent ? localStorage.getItem("accord") || "" : "";
    } catch {
      return "";
    }
  }

  function enhance(form, send) {
    var proof = null;
    var ready = false;
    function begin() {
      if (proof || !form.dataset.ticket) return;
      fetch(form.dataset.accordForm + "start/", { method: "POST", keepalive: true, credentials: "omit" }).catch(function () {});
      proof = prove(form).then(function (number) {
        put(form, "_number", number);
        ready = true;
      });
    }
    show(form);
    form.addEventListener("input", function () {
      begin();
      show(form);
    });
    form.addEventListener("change", function () {
      show(form);
    });
    form.addEventListener("submit", function (event) {
      put(form, "_visitor", device());
      if (!form.dataset.ticket || (ready && !send)) return;
      event.preventDefault();
      begin();
      proof.then(function () {
        if (send) send(form);
        else form.submit();
      });
    });
    var wrong = form.querySelector("[aria-invalid=true]") || form.querySelector("[data-error-summary]");
    if (wrong) wrong.focus();
  }

  function embed() {
    var host = document.createElement("div");
    own.insertAdjacentElement("afterend", host);
    var root = host.attachShadow({ mode: "open" });
    try {
      var sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
    } catch {
      /* an old browser shows it plainly */
    }
    ["accent", "on-accent"].forEach(function (name) {
      if (own.dataset[name === "accent" ? "accent" : "onAccent"]) host.style.setProperty("--" + name, own.dataset[name === "accent" ? "accent" : "onAccent"]);
    });
    function fill(html) {
      root.replaceChildren.apply(root, new DOMParser().parseFromString(html, "text/html").body.childNodes);
      var form = root.querySelector("form");
      var done = root.querySelector("[data-redirect]");
      if (done) location.assign(done.dataset.redirect);
      if (!form) {
        var said = root.querySelector("[tabindex]");
        if (said) said.focus();
        return;
      }
      put(form, "_page", location.href.split("#")[0]);
      put(form, "_referrer", document.referrer);
      enhance(form, send);
    }
    function send(form) {
      var body = new URLSearchParams(new FormData(form));
      fetch(here + "part/", { method: "POST", body: body, credentials: "omit" })
        .then(function (answer) {
          return answer.status < 500 ? answer.text() : Promise.reject();
        })
        .then(fill)
        .catch(function () {
          form.submit(); // the page may forbid asking: the form goes to its own page instead
        });
    }
    fetch(here + "part/", { credentials: "omit" })
      .then(function (answer) {
        return answer.text();
      })
      .then(fill)
      .catch(function () {
        var link = document.createElement("a");
        link.href = here;
        link.textContent = here;
        root.append(link);
      });
  }

  if (here) embed();
  else
    document.querySelectorAll("form[data-accord-form]").forEach(function (form) {
      enhance(form, null);
    });
})();
