// Everything is readable without this; it opens all code at once, folds the contents on a phone, and marks the section in view.
(function () {
  var button = document.querySelector(".toggle");
  var code = document.querySelectorAll("details.code");
  if (button && code.length) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-pressed") !== "true";
      code.forEach(function (cell) { cell.open = open; });
      button.setAttribute("aria-pressed", String(open));
      button.textContent = button.dataset[open ? "hide" : "show"];
    });
  }
  if (window.matchMedia("(max-width: 62em)").matches) {
    document.querySelectorAll("nav.side details").forEach(function (list) { list.open = false; });
  }
  var links = document.querySelectorAll(".contents a");
  if (links.length && "IntersectionObserver" in window) {
    var watcher = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) { return; }
        links.forEach(function (link) {
          if (link.hash === "#" + entry.target.id) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
        });
      });
    }, { rootMargin: "0px 0px -75% 0px" });
    links.forEach(function (link) {
      var target = document.getElementById(link.hash.slice(1));
      if (target) { watcher.observe(target); }
    });
  }
})();
