import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, getJson, getSession } from './api/client';
import { PreferencesContext, preferences, useStoredPreferences } from './app/preferences';
import { router } from './app/router';
import { Provider, applyTheme } from './ui/Provider';

// Only what may pass by itself is tried again.
function retry(failures: number, error: unknown): boolean {
  const passing = error instanceof ApiError && ['unreachable', 'unavailable', 'too_many'].includes(error.kind);
  return passing && failures < 3;
}

const queryClient = new QueryClient({
  defaultOptions: { queries: { retry, staleTime: 5_000, refetchOnWindowFocus: false } },
});

function App() {
  const chosen = useStoredPreferences();
  const { language, theme } = chosen;
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <PreferencesContext value={chosen}>
      <Provider theme={theme}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Provider>
    </PreferencesContext>
  );
}

// What every page behind the sign-in waits for is asked for while the first script still runs.
if (!['/login', '/setup', '/invitation'].includes(window.location.pathname)) {
  void queryClient.prefetchQuery({ queryKey: ['session'], queryFn: getSession, staleTime: Infinity });
  void queryClient.prefetchQuery({ queryKey: ['status'], queryFn: ({ signal }) => getJson('/status', signal) });
}

const root = document.getElementById('root');
if (root) {
  applyTheme(preferences().theme);
  document.documentElement.lang = preferences().language;
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
