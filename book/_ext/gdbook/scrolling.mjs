// What is wider than its box can be scrolled by keyboard, and no other box is in the way
// of the Tab key. The theme measures this too, while the page loads and at each change of
// a figure; here it waits until the browser has time.

export function scrolling(page) {
  const measure = () => {
    for (const box of page.querySelectorAll("pre, .cell_output > .output"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
  };
  const later = window.requestIdleCallback ?? setTimeout;
  for (const event of ["load", "resize"]) addEventListener(event, () => later(measure));
}
