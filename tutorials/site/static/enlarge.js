// A picture is a link to itself: wide drawings are read at their full size.
document.addEventListener("DOMContentLoaded", () => {
  for (const picture of document.querySelectorAll(".cell_output img, article p > img")) {
    const link = document.createElement("a");
    link.href = picture.src;
    link.title = "Full size";
    picture.replaceWith(link);
    link.append(picture);
  }
});
