# dunlin_embed(TARGET NAMESPACE SYMBOL FILES...): puts text files into TARGET as
#   namespace NAMESPACE { extern const std::vector<std::pair<std::string_view, std::string_view>> SYMBOL; }
# (file name, content), in the order given. Declared by whoever uses it.
function(dunlin_embed target namespace symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  set(inputs "")
  foreach(file ${ARGN})
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DNAMESPACE=${namespace}" "-DSYMBOL=${symbol}" "-DINPUTS=${inputs}"
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
