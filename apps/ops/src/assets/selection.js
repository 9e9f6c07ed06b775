/** Writes the number of selected resets on the button of the bulk bar. Without this script, the button has no number. */
const button = document.querySelector('button[data-counts]');

const showCount = () => {
  const selected = document.querySelectorAll(`input[name="${button.dataset.counts}"]:checked`).length;
  button.textContent = selected === 0 ? 'Apply to selected…' : `Apply to ${selected} selected…`;
};

button.form.addEventListener('change', showCount);
// A browser that goes back to the list restores its checkboxes.
addEventListener('pageshow', showCount);
showCount();
