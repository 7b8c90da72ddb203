# Copies the JavaScript test and its lock file to INTO and installs the locked packages there. Imports look for packages beside the
# importing file, and the source tree stays free of node_modules. Does nothing when the lock file is the one already installed.
file(COPY ${FROM}/package.json ${FROM}/package-lock.json ${FROM}/entities.json ${FROM}/masto_test.mjs ${FROM}/browser.mjs
     ${FROM}/entities.mjs DESTINATION ${INTO})
file(SHA256 ${FROM}/package-lock.json wanted)
set(installed "")
if(EXISTS ${INTO}/installed)
  file(READ ${INTO}/installed installed)
endif()
if(installed STREQUAL wanted)
  return()
endif()
execute_process(COMMAND npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  WORKING_DIRECTORY ${INTO} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "npm ci: ${failed} (the client tests need the packages nodejs and npm)")
endif()
file(WRITE ${INTO}/installed ${wanted})
