// Pictures at a size that can be read: each is a link to itself, and a wide one scrolls rather than
// shrink to where its letters cannot be told apart.
function sized(picture) {
  const { naturalWidth: width, naturalHeight: height } = picture;
  const smallest = picture.closest(".cell_output") ? 0.8 : 0.42; // those of cells are smaller already
  if (width > 2 * height) picture.style.minWidth = `${Math.round(smallest * width)}px`;
}

document.addEventListener("DOMContentLoaded", () => {
  for (const picture of document.querySelectorAll(".cell_output img, article p > img")) {
    const link = document.createElement("a");
    link.href = picture.src;
    link.title = "Full size";
    link.className = "picture";
    picture.replaceWith(link);
    link.append(picture);
    if (picture.complete) sized(picture);
    else picture.addEventListener("load", () => sized(picture));
  }
});
