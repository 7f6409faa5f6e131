// Goes on with a step that is still being prepared. Without JavaScript the button does.
document.querySelector("form[data-go-on]")?.requestSubmit();
