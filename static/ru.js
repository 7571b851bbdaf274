// What Streamlit itself says in English, in Russian. Only whole known phrases are replaced, never a citizen's text.
(() => {
  const whole = {
    "Upload": "Выбрать файл", "Upload files": "Выбрать файлы", "Browse files": "Выбрать файлы", "Choose options": "Выберите", "Choose an option": "Выберите",
    "Choose a date": "Выберите день", "No results": "Ничего не нашлось", "No options to select.": "Выбирать не из чего", "Select all": "Выбрать все", "Clear all": "Очистить",
    "Press Enter to apply": "Нажмите Enter", "Press Ctrl+Enter to apply": "Нажмите Ctrl+Enter", "Press ⌘+Enter to apply": "Нажмите ⌘+Enter", "Stop": "Остановить",
    "Running...": "Считаем…", "Connecting": "Соединяемся", "Close": "Закрыть", "Search": "Найти", "Fullscreen": "На весь экран", "Page not found": "Страница не найдена",
    "Connection error": "Нет связи с приложением",
  };
  const parts = [[/^(\d+) ?GB per file(.*)$/, "до $1 ГБ в файле$2"], [/^(\d+) ?MB per file(.*)$/, "до $1 МБ в файле$2"]];
  const skip = ".pulse-quote, .pulse-facts, [data-testid=stText], textarea, input";
  const said = (text) => {
    const plain = text.trim();
    if (whole[plain]) return text.replace(plain, whole[plain]);
    const found = parts.find(([pattern]) => pattern.test(plain));
    return found ? plain.replace(found[0], found[1]) : null;
  };
  const translate = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      if (node.parentElement?.closest(skip)) continue;
      const russian = said(node.nodeValue);
      if (russian !== null && russian !== node.nodeValue) node.nodeValue = russian;
    }
  };
  document.documentElement.lang = "ru";
  translate(document.body);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") translate(change.target.parentElement ?? document.body);
      for (const node of change.addedNodes) if (node.nodeType === 1) translate(node);
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
})();
