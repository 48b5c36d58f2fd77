/* Accord's script for pages: views, events, forms. It neither reads nor writes anything on the
   device before the visitor agrees; until then pages are only counted. See docs/tracking.md. */
(function (window, document, navigator) {
  "use strict";
  var own = document.currentScript;
  var asked = window.accord;
  if (!own || (asked && asked.version)) return;
  var KEY = own.getAttribute("data-key");
  var COUNTS = own.getAttribute("data-count") !== "off";
  var URL_ = new URL("v1/batch", own.src).href;
  var NAME = "accord";
  var MOST = 200; // messages that wait
  var BATCH = 20;
  var BYTES = 60000; // of a batch: browsers send 64 KiB of a page that is left
  var gpc = navigator.globalPrivacyControl === true;
  var agreed = own.getAttribute("data-consent") === "given" && !gpc;
  var id = "";
  var user = "";
  var here = "";
  var before = document.referrer;
  var queue = [];
  var sending = []; // what is on its way
  var failures = 0;
  var timer = 0;
  var wait = own.hasAttribute("data-banner") ? 3000 : 50; // the banner knows who agreed before

  function random() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return (byte + 256).toString(16).slice(1);
    }).join("");
  }

  /* Who this is: kept on the device, and only once the visitor agreed. */
  function remember() {
    try {
      id = localStorage.getItem(NAME) || random();
      localStorage.setItem(NAME, id);
    } catch {
      id = id || random(); // storage is shut off: known until the page is left
    }
  }

  function forget() {
    try {
      localStorage.removeItem(NAME); // also what an earlier page kept
    } catch {
      /* nothing was kept */
    }
    id = user = "";
    queue = queue.filter(function (message) {
      return !message.named;
    });
  }

  function put(type, fields) {
    if (!agreed && !(COUNTS && type === "page") && type !== "consent") return;
    var message = Object.assign({ type: type, messageId: random(), timestamp: new Date().toISOString() }, fields);
    message.context = {
      page: { url: address(), path: location.pathname, title: document.title, referrer: before },
      locale: navigator.language,
      gpc: gpc,
    };
    if (agreed) {
      message.anonymousId = id;
      if (user) message.userId = user;
    } else {
      message = {
        type: type, messageId: message.messageId, timestamp: message.timestamp, anonymous: true,
        context: { page: { url: message.context.page.url, referrer: before }, gpc: gpc },
      };
      if (type === "consent") message.properties = fields.properties;
    }
    try {
      var text = JSON.stringify(message);
    } catch (error) {
      console.warn("Accord cannot send this:", error);
      return;
    }
    queue.push({ text: text, bytes: new Blob([text]).size, named: agreed, counts: !agreed && type === "page" });
    if (queue.length > MOST) queue.shift();
    later(wait);
  }

  function address() {
    return location.href.split("#")[0];
  }

  function later(milliseconds) {
    if (!timer && !sending.length) timer = setTimeout(send, milliseconds);
  }

  /* The first that go together: one at least, however large it is. */
  function batch(messages) {
    var bytes = 0;
    return messages.slice(0, BATCH).filter(function (message, n) {
      bytes += message.bytes + 1;
      return !n || bytes <= BYTES;
    });
  }

  function body(messages) {
    var texts = messages.map(function (message) {
      return message.text;
    });
    return `{"writeKey":${JSON.stringify(KEY)},"sentAt":"${new Date().toISOString()}","batch":[${texts}]}`;
  }

  function send() {
    timer = 0;
    wait = 50;
    if (sending.length || !queue.length) return;
    var messages = (sending = batch(queue));
    var fits = messages[0].bytes <= BYTES; // what is larger is tried once, and holds nothing up
    fetch(URL_, { method: "POST", body: body(messages), keepalive: fits, credentials: "omit", referrerPolicy: "no-referrer" })
      .then(
        function (answer) {
          var again = answer.status === 429 || answer.status >= 500;
          return settled(messages, again && fits, Number(answer.headers.get("retry-after")) || 0);
        },
        function () {
          settled(messages, fits, 0);
        },
      );
  }

  function settled(messages, again, seconds) {
    sending = [];
    failures = again ? failures + 1 : 0;
    if (!again) drop(messages);
    if (queue.length) later(again ? 1000 * Math.max(seconds, Math.min(300, Math.pow(2, failures))) : 50);
  }

  function drop(messages) {
    queue = queue.filter(function (message) {
      return messages.indexOf(message) < 0;
    });
  }

  function beacon(messages) {
    var goes = navigator.sendBeacon && navigator.sendBeacon(URL_, body(messages));
    if (goes) drop(messages);
    return goes;
  }

  /* The page is left: what waits goes along, as far as the browser takes it. What fetch sends
     already goes last, as it may come twice; its id tells. */
  function leave() {
    function goes(message) {
      return sending.indexOf(message) >= 0;
    }
    var waiting = queue.filter(function (message) {
      return !goes(message);
    });
    waiting = waiting.concat(queue.filter(goes));
    while (waiting.length) {
      var messages = batch(waiting);
      waiting = waiting.slice(messages.length);
      if (!beacon(messages) && messages.length > 1)
        messages.forEach(function (message) {
          beacon([message]);
        });
    }
  }

  function moved() {
    if (address() === here) return;
    before = here || before;
    here = address();
    put("page", { properties: {} });
  }

  function soon() {
    setTimeout(moved, 0); // the page sets its title after it has moved
  }

  /* What is shown of an opt-out, as long as the visitor did not agree by their own hand. */
  function honored() {
    return gpc && !agreed ? "Opt-out request honored" : "";
  }

  function show() {
    var said = honored();
    document.querySelectorAll("[data-accord-gpc]").forEach(function (place) {
      place.textContent = said;
    });
  }

  function banner() {
    var script = document.createElement("script");
    script.src = new URL("banner.js", own.src).href;
    document.head.append(script);
  }

  var accord = {
    version: 1,
    answer: function (properties) {
      put("consent", { properties: properties });
    },
    page: function (name, properties) {
      here = address();
      put("page", { name: name, properties: properties || {} });
    },
    track: function (event, properties) {
      put("track", { event: event, properties: properties || {} });
    },
    identify: function (who, traits) {
      if (!agreed) return;
      if (who && typeof who === "object") traits = who;
      else user = String(who || "");
      put("identify", { traits: traits || {} });
    },
    consent: function (given) {
      if (given === agreed && id) return;
      agreed = given === true;
      clearTimeout(timer);
      timer = 0;
      wait = 50;
      if (agreed) {
        remember();
        queue = queue.filter(function (message) {
          return !message.counts || sending.indexOf(message) >= 0; // told anew, as a visit
        });
        here = "";
        moved();
      } else forget();
      show();
      later(wait);
    },
    status: function () {
      return { consent: agreed, gpc: gpc, message: honored() };
    },
    push: function (call) {
      if (typeof accord[call[0]] === "function") accord[call[0]].apply(null, call.slice(1));
    },
  };

  document.addEventListener(
    "submit",
    function (event) {
      var form = event.target;
      if (form.hasAttribute("data-accord-off")) return;
      var email = form.hasAttribute("data-accord-identify") && form.querySelector("input[type=email]");
      if (email && email.value) accord.identify({ email: email.value });
      var name = form.getAttribute("data-accord-name") || form.getAttribute("name") || form.id;
      accord.track("form.submitted", name ? { form: name } : {});
    },
    true,
  );
  ["pushState", "replaceState"].forEach(function (name) {
    var real = history[name];
    history[name] = function () {
      var answer = real.apply(this, arguments);
      soon();
      return answer;
    };
  });
  window.addEventListener("popstate", soon);
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") leave();
  });

  window.accord = accord;
  if (agreed) remember();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
  if (own.hasAttribute("data-banner")) banner();
  if (Array.isArray(asked)) asked.forEach(accord.push);
  moved();
})(window, document, navigator);
