/** Commands for students' work: a chapter as it was, and a warning where the browser keeps nothing. */
import type { Application, AppUtils, NotebookWidget, Plugin, Tokens } from "./jupyter.ts";
import { reasonOf, removeSaved } from "./storage.ts";

/** The id of the command that brings the original back. */
export const RESET = "course:reset-chapter";

/** The open notebook, if there is one. */
interface Tracker {
  readonly currentWidget: NotebookWidget | null;
}

interface MainMenu {
  readonly fileMenu: { addGroup(items: { command: string }[], rank: number): void };
}

interface Palette {
  addItem(item: { command: string; category: string }): void;
}

/** The plugin. */
export function chaptersPlugin(id: string, utils: AppUtils, tokens: Tokens): Plugin {
  return {
    id,
    autoStart: true,
    requires: [tokens.INotebookTracker],
    optional: [tokens.IMainMenu, utils.ICommandPalette],
    activate(app: Application, tracker: Tracker, menu: MainMenu | null, palette: Palette | null) {
      app.commands.addCommand(RESET, {
        label: "Reset Chapter to the Original…",
        caption: "Deletes your copy of this notebook, and opens the one that the site has",
        isEnabled: () => tracker.currentWidget !== null,
        execute: () => reset(app, tracker.currentWidget, utils),
      });
      menu?.fileMenu.addGroup([{ command: RESET }], 40);
      palette?.addItem({ command: RESET, category: "Notebook Operations" });
      void warnWhereNothingIsKept(app, utils);
    },
  };
}

async function reset(
  app: Application,
  notebook: NotebookWidget | null,
  { showDialog, Dialog, Notification }: AppUtils,
): Promise<void> {
  if (notebook === null) return;
  const { path } = notebook.context;
  const answer = await showDialog({
    title: "Reset this chapter?",
    body:
      `Your copy of ${path}, with your answers, is deleted from this browser. Download it first ` +
      "if you want to keep it (File, Download).",
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Reset" })],
  });
  if (!answer.button.accept) return;
  try {
    await removeSaved(app.serviceManager.contents, path);
    await notebook.context.revert();
  } catch (error) {
    Notification.error(`${path} was not reset: ${reasonOf(error)}`, { autoClose: false });
  }
}

/** Says so where the browser has no storage, as in some private windows. */
async function warnWhereNothingIsKept(app: Application, { Notification }: AppUtils): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open("course-storage-test");
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase("course-storage-test");
        resolve();
      };
      request.onerror = () => reject(request.error);
    });
    await (await app.serviceManager.contents.defaultDrive?.storage)?.getItem("notebooks");
  } catch {
    Notification.warning(
      "This browser keeps nothing, perhaps because this is a private window. Download your " +
        "notebooks (File, Download) before you close it.",
      { autoClose: false },
    );
  }
}
