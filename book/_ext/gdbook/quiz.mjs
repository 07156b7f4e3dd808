// Lets the questions of a page answer. Each answer leaves the fold that holds them all
// and waits, hidden, below its option; what is chosen is told, to the ear as well.

export function quiz(page) {
  for (const question of page.querySelectorAll(".gd-quiz")) {
    const fold = question.querySelector(".gd-quiz-answers");
    const answers = [...fold.querySelectorAll(".gd-quiz-answer")];
    for (const answer of answers) {
      const letter = answer.dataset.option;
      const input = question.querySelector(`input[value="${letter}"]`);
      const place = page.createElement("div");
      place.setAttribute("aria-live", "polite");
      answer.hidden = !input.checked; // a browser may remember the choice
      place.append(answer);
      input.closest(".gd-quiz-option").append(place);
      input.addEventListener("change", () => {
        const before = input.getBoundingClientRect().top;
        for (const other of answers) other.hidden = other !== answer;
        // An answer that closes above must not pull the option from under the finger.
        const top = input.getBoundingClientRect().top - before;
        page.defaultView.scrollBy({ top, behavior: "instant" });
      });
    }
    fold.remove();
  }
}
