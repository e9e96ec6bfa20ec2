import { getPanelScreenshotService } from '@grafana/runtime';

/** Grafana's capture has no limit of its own, and an explanation must not wait for a picture. */
const PATIENCE = 3000;
/** The service takes no larger pictures. */
const LARGEST = 8 * 1024 * 1024;

/**
 * The panel as it is seen now, as a data URL; undefined where Grafana offers none.
 *
 * Grafana has this since 13.1, for panels in sight of dashboards made of scenes. To be called before anything covers the panel.
 *
 * @param panel `panelPathId` of the panel's menu
 */
export async function screenshot(panel: string | undefined): Promise<string | undefined> {
  // Grafana 12 has no such function, and sets no service where the feature is off.
  const service = (getPanelScreenshotService as typeof getPanelScreenshotService | undefined)?.() as
    | ReturnType<typeof getPanelScreenshotService>
    | undefined;
  if (!service || !panel) {
    return undefined;
  }
  try {
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE));
    const picture = await Promise.race([service.capture(panel, { format: 'png' }), late]);
    return picture && picture.size <= LARGEST ? await dataUrl(picture) : undefined;
  } catch {
    return undefined; // not in sight, or not to be drawn: the numbers go without it
  }
}

function dataUrl(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error('the picture cannot be read'));
    reader.readAsDataURL(picture);
  });
}
