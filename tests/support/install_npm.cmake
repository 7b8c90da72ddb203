# Copies the JavaScript and JSON of FROM to INTO and installs the packages of its lock file there. Imports look for packages beside
# the importing file, and the source tree stays free of node_modules. Installs nothing when the lock file is the one already installed.
file(GLOB files ${FROM}/*.json ${FROM}/*.mjs)
file(COPY ${files} DESTINATION ${INTO})
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
  message(FATAL_ERROR "npm ci: ${failed} (the tests of ${FROM} need the packages nodejs and npm, and the package registry)")
endif()
file(WRITE ${INTO}/installed ${wanted})
