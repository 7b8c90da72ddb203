file(WRITE ${OUT}.new "#include <string_view>\n#include <utility>\n#include <vector>\nnamespace ${NAMESPACE} {\n"
  "extern const std::vector<std::pair<std::string_view, std::string_view>> ${SYMBOL};\n"
  "const std::vector<std::pair<std::string_view, std::string_view>> ${SYMBOL} = {\n")
foreach(input ${INPUTS})
  get_filename_component(name ${input} NAME)
  file(READ ${input} text HEX)
  string(LENGTH "${text}" digits)
  math(EXPR bytes "${digits} / 2")
  # Rows of 64 bytes, each one literal. CMake's expressions know no {n}, so the row's pattern is spelled out.
  string(REPEAT "[0-9a-f]" 128 row)
  string(REGEX REPLACE "(${row})" "\\1\n" text "${text}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${text}")
  string(REPLACE "\n" "\"\n\"" text "${text}")
  file(APPEND ${OUT}.new "{\"${name}\", std::string_view(\n\"${text}\", ${bytes})},\n")
endforeach()
file(APPEND ${OUT}.new "};\n}\n")
file(RENAME ${OUT}.new ${OUT})
